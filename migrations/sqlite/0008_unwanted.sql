-- A call order that is being called and that nobody wants any more: its process may die before it hears so.

-- 'now': its call is to be hung up. 'after': the call goes on, and is the last one.
ALTER TABLE call_orders ADD COLUMN unwanted TEXT;
CREATE INDEX call_orders_unwanted ON call_orders (id) WHERE state = 'waiting' AND unwanted IS NOT NULL;
