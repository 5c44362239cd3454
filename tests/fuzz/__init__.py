"""The differential fuzzer: processes made from seeds, walked on our core and on the reference core at once."""
