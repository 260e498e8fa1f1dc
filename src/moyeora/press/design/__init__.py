"""A designer's Typst in; pages with holes, and pictures as PDF objects, out.

The folder ``typst`` is the package that a design imports.
"""
