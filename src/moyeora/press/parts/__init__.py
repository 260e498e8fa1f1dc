"""The parts of a design, each drawn for all records of a batch at once.

``setting`` sets text and paragraphs (over ``tokens``, ``words``, ``lines`` and ``writing``),
``images`` places pictures and blocks, ``codes`` draws QR and Code 128. Each turns columns into
marks; none knows another.
"""
