"""What ``run.py`` is made of: environment, throwaway PostgreSQL, Chromium, the gate and the soak.

Standard library only, Python 3.11 and later, on a machine that has nothing else.
"""
