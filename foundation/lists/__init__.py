"""Lists people work in all day: one declaration per page, fast at ten million rows.

A list is declared once, in its app's `lists.py`, and registered under its key (`config` imports every `lists.py`)::

    # workorders/lists.py
    WORK_ORDERS = registry.register(
        ListSpec(
            key="workorders", title=_("Work orders"), perm="workorders.view", page_name="workorders:work-orders",
            rows=lambda shop, now: WorkOrder.objects.for_shop(shop.pk),
            page_of=lambda shop, case: shop_url(shop, "workorders:work-order", number=case.number),
            ident="number",                      # names a row in addresses and forms; unique per shop
            columns=[
                Column("number", _("Work order"), cells.number, ["number"], fixed=True, fields=[Field(["number"])]),
                Column("clock", _("Time left"), cells.clock, ["status", "due_at"], css="clock", sort="due"),
                Column("closed", _("Closed"), cells.closed, ["closed_at"], css="named", shown=False),
            ],
            flat=True,                           # rows are named tuples, not models: see below
            dress=with_cost,                     # annotations only drawing needs: counts don't pay for them
            tabs=[
                Tab("open", _("Open"), Q(status=State.OPEN), sort="due"),        # a tab may have its own default sort
                Tab("all", _("All"), whole=True),  # each row is in exactly one of the others: their sum, not counted
            ],
            sorts=[                              # whitelisted; the column is NOT NULL and has an index
                Sort("opened", "created_at", _("Opened")),  # (shop, column, id); `?sort=opened` asc, `?sort=-opened` desc
                Sort("due", "due_at", _("Time left"), tabs=("open",)),  # NULL elsewhere, so offered in these tabs only
            ],
            default_sort="-opened",
            search=[Exact("number", upper=True), Through("number", via="order", rows=Order.objects.for_shop)],  # one or many pasted
            search_label=_("Work order or order number"),
            filterset=WorkOrderFilter,           # a filters.ListFilterSet; class or None
            totals=[Total(_("Paid"), "order__paid_minor")],  # summed when somebody asks
            verbs=[FLAG, NOTE],                  # batch verbs, see verbs.BatchVerb
            sum_of="order__paid_minor",          # what previews of a batch add up
            empty=_("The platform has asked nothing yet."),
        )
    )

    # workorders/views/lists.py
    @requires("workorders.view")
    def work_orders(request):
        return WORK_ORDERS.page(request, now=clock.now).render("workorders/workorder_list.html")

The template extends `lists/list.html` and adds what is its own (`actions`, `subtitle`, `list_empty_action`); head and rows
are drawn from the columns. A cell is a function `cell(row, page) -> str` in the app's `cells.py`: text is escaped, a
SafeString is not; `lists.cells` has the parts (link, copied, sub, badge, state, label, money, when, countdown), and
`page.link_to("orders:order")(order.number)` is an address with the way back, resolved once a page. Never a template,
never a query in a cell: what it reads stands in `needs` (only) and `related` (joined).

Rows of a `flat` list are named tuples of what its columns need, each value under its ORM path, joined by Django itself:
`needs=["order__number"]` is `row.order__number`. Four joined models a row cost more than drawing them. There are no
methods then: `state_of(WorkOrder, row.status)`, `label(Flag, row.flag)`, and rules as functions of plain values
(`money.at_stake`), which files use as well. `spec.only` names what a page reads besides (an annotation of `dress` is
named like a column). A small list needs none of this.

What every such list can do, without another line: columns chosen and ordered per person (kept on the server, in every
shop), page size and density; saved views, private or shared by a leader (`lists.share`), pinned on the list, one to
begin with per person and shop; filter chips; totals; tabs with capped counts; J/K, X, Enter, Esc; selection, batch verbs
and files (`selection`, `batches`, `export`). Arrangement and views are read in one statement; a page costs that, its
rows, and one UNION ALL for tabs and menu. Panels (filters, columns, views, totals) cost nothing until opened.

On a phone each row is a card of two columns: the fixed column on top, `amount`, `clock` and `end` stand on the right,
`wide` takes a line of its own, `gone` is left out, `named` shows its label before the value.

From a row's page: `{% list_steps "workorders" case.number %}` draws previous and next (J/K there) when the page was
opened from the list; `KeepNextMiddleware` keeps `next` through the verbs of that page. `{% with_next url %}` adds `?next=`;
`links.back_url(request, default)` reads it (same host and same shop only); `{% next_field %}` carries it through a form.

`spec.query(shop, params, now, user)` is what a query string means, without a request: `.matching`, `.chosen`, `.columns`.
The page, a selection, an export and a step all use it, so none of them can mean other rows than the others.

What a request may say: `tab`, `q`, `sort`, `size` (25, 50, 100), `view`, `after` / `before` (cursors), `last=1`, the
filterset's own names, and which panel is open (`filters=1`, `columns=1`, `views=1`, `totals=1`). Whatever is wrong among
them falls back to the default; never a 500. `now=` may be the clock itself: asked once, and only by a page that needs it.

A small list needs no key: `ListSpec(tabs=…, sorts=…, default_sort=…)`, `SPEC.page(request, rows, now=…)`, and a template
that writes `list_columns` (`{% sort_column page "due" %}`) and `list_rows` itself. It has no saved views and no columns.

A filterset::

    class WorkOrderFilter(ListFilterSet):
        opened = PeriodFilter("created_at", label=_("Opened"))              # today, 7 days, last 3 months …
        opened_from = DayFromFilter("created_at", label=_("From"))          # a Shanghai day
        type = ChoiceFilter(choices=…, label=_("Type"))                     # django-filter's own; set every label
        class Meta:
            model = WorkOrder
            fields = []

`self.user` is whose "mine" it is, `self.shop` the shop, `self.now()` the moment; there is no request.
"""
