"""Tables of the pages, generated from the code that they describe: one file for each table."""
