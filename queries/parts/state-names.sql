state_name(number, name) AS (
  VALUES (1, 'busy'), (2, 'idle'), (3, 'allocated_unknown'), (4, 'reserved_unused'),
    (5, 'unattributed'), (6, 'unallocated'), (7, 'out_of_service'), (8, 'unknown')
)
