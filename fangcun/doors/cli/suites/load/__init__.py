"""`fangcun test load`: many customers at once, walking the plan's scenarios in their planned proportions."""
