"""What serves: the releases of this node, how they are published, previewed and swapped."""
