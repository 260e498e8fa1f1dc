"""Font files in; shaped glyphs, and subsets to print with, out."""
