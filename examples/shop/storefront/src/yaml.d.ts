/** Collections of the site folder, read at build time (vite.config.ts). */
declare module "*/collections/products.yaml" {
  const products: import("./catalogue").Product[];
  export default products;
}
