"""A safe part of Python: expressions, and scripts of plain statements, compiled to closures.

The source is parsed by `ast` and never executed as Python: every node becomes a closure of ours, only
allow-listed functions and methods exist, and no attribute of any object is ever read.
"""
