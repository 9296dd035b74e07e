from datetime import timedelta

from celery.schedules import crontab

from foundation.jobs.beat import register, to_its_end

from . import services
from .services import meanings, parked, sandboxing, watching

MINUTE = timedelta(minutes=1)

# Interceptions. Calls on the bulk queue: a slow carrier must never delay a deadline.
register(
    "every-half-minute-make-waiting-calls-to-carriers",
    task="logistics.deliver_calls",
    every=timedelta(seconds=30),
    run=to_its_end(services.deliver_due),
    queue="bulk",
)
register(
    "every-five-minutes-rescue-calls-to-carriers-stuck-in-sending",
    task="logistics.rescue_calls",
    every=5 * MINUTE,
    run=services.rescue_stuck,
    queue="bulk",
)
register(
    "every-minute-list-interceptions-without-an-answer",
    task="logistics.lose_answers",
    every=MINUTE,
    run=to_its_end(services.lose_answers),
)
register(
    "every-five-minutes-take-words-of-carriers-since-explained",
    task="logistics.read_words_again",
    every=5 * MINUTE,
    run=to_its_end(services.read_words_again),
    queue="bulk",
)
register(
    "every-night-book-the-storage-of-intercepted-parcels",
    task="logistics.book_storage",
    every=crontab(hour=0, minute=20),
    run=to_its_end(services.book_storage_due),
)

# Tracking in. On the bulk queue: a slow tracking service must never delay a deadline.
register(
    "every-minute-ask-carriers-about-parcels",
    task="logistics.poll_due",
    every=MINUTE,
    run=to_its_end(watching.poll_due),
    queue="bulk",
)
register(
    "every-five-minutes-put-back-questions-whose-asker-stopped",
    task="logistics.rescue_watches",
    every=5 * MINUTE,
    run=watching.rescue,
    queue="bulk",
)
register(
    "every-minute-apply-pushes-whose-parcel-came-in-the-same-moment",
    task="logistics.apply_parked",
    every=MINUTE,
    run=to_its_end(parked.apply_late),
    queue="bulk",
)
register(
    "every-five-minutes-read-scans-whose-code-got-a-meaning",
    task="logistics.read_scans_again",
    every=5 * MINUTE,
    run=to_its_end(meanings.read_again),
    queue="bulk",
)
register(
    "every-minute-let-the-sandbox-carrier-go-on-with-interceptions",
    task="logistics.move_sandbox",
    every=MINUTE,
    run=sandboxing.move_interceptions,
    queue="bulk",
)

# What goes wrong
register(
    "every-ten-minutes-watch-for-parcels-that-do-not-move",
    task="logistics.watch_parcels",
    every=10 * MINUTE,
    run=services.watch,
    queue="bulk",
)
