"""What a decision rests on, predicate by predicate: who said it, when, and on which ground.

Reads rows as they were known at an instant; decides nothing and changes nothing.
"""
