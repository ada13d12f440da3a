"""``taocli wallet``: every command about keys, one module per thing people do with them."""
