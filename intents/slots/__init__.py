"""Values in a citizen's text: places, amounts, counts, dates, numbers, kinds, goods."""
