"""What a swap is worth, in numbers and in pictures to look at. The measures of section 5.1, and two of a compositor."""
