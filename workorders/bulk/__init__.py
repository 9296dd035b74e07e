"""Questions from files: the platform uploads a table, sees what each row would do, and opens the work orders.

`columns` reads cells; `looking` turns rows into questions or reasons why not; `files` takes an upload in; `steps` are
the two jobs (look, open); `views` the pages under the work-order admin. Opening is `services.open_work_orders`.
"""
