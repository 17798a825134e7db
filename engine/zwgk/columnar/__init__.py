"""The relations of the relational evaluator: loading, patterns, due dates, lines; one small module each."""
