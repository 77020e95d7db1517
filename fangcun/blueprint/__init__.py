"""The blueprint: one reviewed document that plans a mini program and proves itself. A pure library.

Read a document (`reading.read`), find its holes (`checking.check`), compile what follows from it (`compiling`),
compare two (`differences`), change one without losing its comments (`editing`). Nothing here does I/O.
"""
