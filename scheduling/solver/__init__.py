"""The solver: tables of candidates, a board, a search, and CP-SAT; it shares nothing with the checker."""
