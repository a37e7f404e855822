-- A file is uploaded in pieces before it is a product's: until the last piece is there it has no SKU, and the earlier file stays.
ALTER TABLE product_files ALTER COLUMN sku DROP NOT NULL;

-- Whether a product was ever sold, asked when staff change its kind.
CREATE INDEX "order_items_sku_idx" ON order_items (sku);
