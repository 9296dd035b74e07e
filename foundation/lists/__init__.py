"""Lists that stay fast at ten million rows: keyset paging, tabs with capped counts, filters, search, chips.

A list page is described once, as a `ListSpec`, and asked for a page per request::

    # workorders/views/lists.py
    from foundation.lists.search import Exact, Prefix
    from foundation.lists.spec import ListSpec, Sort, Tab

    WORK_ORDERS = ListSpec(
        tabs=[
            Tab("open", _("Open"), Q(status=State.OPEN), sort="due"),        # a tab may have its own default sort
            Tab("answered", _("Answered"), Q(status=State.ANSWERED)),
            Tab("all", _("All")),
        ],
        sorts=[                                        # whitelisted; the column is NOT NULL and has an index
            Sort("opened", "created_at", _("Opened")), # (shop, column, id); `?sort=opened` asc, `?sort=-opened` desc
            Sort("due", "due_at", _("Time left"), tabs=("open",)),   # NULL elsewhere, so offered in these tabs only
        ],
        default_sort="-opened",
        search=[Exact("number", upper=True), Prefix("order__number")],   # one number, or many pasted = IN
        search_label=_("Work order or order number"),
        filterset=WorkOrderFilter,                     # a filters.ListFilterSet; class or None
        only=("number", "status", "due_at", …),        # the columns a row shows; with `related=("order",)` joined
        related=("order",),
    )

    @requires("workorders.view")
    def work_orders(request):
        page = WORK_ORDERS.page(request, WorkOrder.objects.for_shop(request.shop), now=clock.now())
        return page.render("workorders/workorder_list.html", {"extra": "context"})

The template extends `lists/list.html` (which extends `base.html`) and writes only the table::

    {% extends "lists/list.html" %}
    {% load i18n houtai lists %}
    {% block title %}{% translate "Work orders" %}{% endblock %}
    {% block heading %}{% translate "Work orders" %}{% endblock %}
    {% block list_columns %}
      <th scope="col">{% translate "Number" %}</th>
      {% sort_column page "due" %}                      {# a sortable header with aria-sort #}
      <th scope="col" class="text-end">{% translate "Amount" %}</th>
    {% endblock %}
    {% block list_rows %}
      {% for row in page.rows %}
        <tr>
          <th scope="row"><a href="{% shop_url 'workorders:work-order' number=row.number as u %}{% with_next u %}">…</a></th>
          <td class="clock">{% countdown row.due_at page.now %}</td>
          <td data-label="{% translate 'Carrier' %}">{{ row.carrier }}</td>
          <td class="amount">{{ row.order.paid_minor|money }}</td>
          <td class="actions">…</td>
        </tr>
      {% endfor %}
    {% endblock %}
    {% block list_empty %}{% translate "The platform has asked nothing yet." %}{% endblock %}   {# "none yet" text #}
    {% block list_empty_action %}<a class="btn btn-primary" …>…</a>{% endblock %}               {# optional #}

On a phone each row is a card of two columns (`.cards` of components.css): `.amount`, `.clock` and `.end` stand on the
right, `.wide` takes a line of its own, `.gone` is left out, `.actions` is the card's button row, `data-label` is shown
before the value. J/K walk the rows.

What a request may say: `tab`, `q`, `sort`, `size` (25, 50, 100), `after` / `before` (cursors), `last=1`, the filterset's
own names and `filters=1` (filter bar open). Whatever is wrong among them falls back to the default; never a 500.
`now=` may also be the clock itself (`clock.now`): then it is asked once, and only by a page that needs the time.
SQL of a page: one for the rows, one UNION ALL for all tabs' counts. The filter bar's fields and option lists cost
nothing until it is opened.

A filterset::

    class WorkOrderFilter(ListFilterSet):
        opened = PeriodFilter("created_at", label=_("Opened"))              # today, 7 days, last 3 months …
        opened_from = DayFromFilter("created_at", label=_("From"))          # a Shanghai day
        opened_to = DayToFilter("created_at", label=_("To"))
        type = ChoiceFilter(choices=…, label=_("Type"))                     # django-filter's own; set every label
        class Meta:
            model = WorkOrder
            fields = []

`page.chips` are the applied filters with the URL that takes each away. To come back to the same filtered page:
`{% with_next url %}` adds `?next=`; `links.back_url(request, default)` reads it (same host and same shop only) and
`{% next_field %}` carries it through a form.
"""
