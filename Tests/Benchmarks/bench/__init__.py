"""What compare.py is made from."""
