"""What every room stands on: errors, states, events, jobs, money, audit."""
