"""Demo data: invented shops, people, orders and cases, made by the same services as real ones.

The same seed gives the same book; all times hang on the moment it is made, so that deadlines run. Everything is
obviously fake: phones of a block that does not exist, addresses in 示例省示例市, mail at example.test.
"""
