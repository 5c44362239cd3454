"""What has completed is undone: handlers, subprocesses, order, transactions (BPMN 2.0.2, 10.6 and 13.5.5)."""

from tests.engine.runtime.diagrams import Case, diagram, ext, io

TRIP = """
    start s
    user hotel
    user flight
    undo user no-hotel of hotel
    undo user no-flight of flight
    throw back compensate
    user after
    s -> hotel -> flight -> back -> after
"""


def test_what_came_later_is_undone_first_and_the_throw_waits_for_it() -> None:
    case = Case(diagram(TRIP))
    case.complete("hotel")
    case.complete("flight")
    assert case.tasks == ["no-flight"]
    case.complete("no-flight")
    assert case.tasks == ["no-hotel"]
    case.complete("no-hotel")
    assert case.tasks == ["after"]


def test_what_does_not_depend_on_one_another_is_undone_side_by_side() -> None:
    text = TRIP.replace("s -> hotel -> flight -> back", "and f\nand j\nf -> flight -> j\ns -> f -> hotel -> j -> back")
    case = Case(diagram(text))
    case.complete("flight")
    case.complete("hotel")
    assert case.tasks == ["no-flight", "no-hotel"]
    case.complete("no-hotel")
    case.complete("no-flight")
    assert case.tasks == ["after"]


def test_only_what_has_completed_is_undone() -> None:
    case = Case(diagram(TRIP.replace("s -> hotel -> flight -> back", "s -> hotel -> back")))
    case.complete("hotel")
    assert case.tasks == ["no-hotel"]
    case.complete("no-hotel")
    assert case.tasks == ["after"]


def test_nothing_to_undo_is_no_obstacle() -> None:
    assert Case(diagram("start s\nthrow back compensate\nuser after\ns -> back -> after")).tasks == ["after"]


def test_a_throw_that_names_the_activity_undoes_that_alone_and_once() -> None:
    text = TRIP.replace("throw back compensate", "throw back compensate hotel\nthrow again compensate hotel")
    case = Case(diagram(text.replace("-> back ->", "-> back -> again ->")))
    case.complete("hotel")
    case.complete("flight")
    assert case.tasks == ["no-hotel"]
    case.complete("no-hotel")
    assert case.tasks == ["after"]


def test_a_throw_that_does_not_wait_goes_on_beside_the_handlers() -> None:
    text = TRIP.replace("throw back compensate", "throw back")
    inside = {"back": '<compensateEventDefinition waitForCompletion="false"/>'}
    case = Case(diagram(text, inside))
    case.complete("hotel")
    case.complete("flight")
    assert case.tasks == ["after", "no-flight"]
    case.complete("after")
    assert not case.ended
    case.complete("no-flight")
    case.complete("no-hotel")
    assert case.ended


def test_a_finished_subprocess_is_undone_from_the_inside_with_the_data_it_had() -> None:
    text = """
        start s
        sub trip {
        start i
        user book
        undo user cancel of book
        i -> book
        }
        user between
        end back compensate
        s -> trip -> between -> back
    """
    declared = '<dataObject id="seat"/>'
    case = Case(diagram(text, {"trip": declared, "cancel": ext(io({"which": "seat"}))}))
    case.complete("book", seat="12A")
    case.complete("between", seat="none of its business")
    assert case.tasks == ["cancel"]
    undone = next(each for each in case.view.active if each.element == "cancel")
    assert case.view.scopes[undone.home].variables == {"seat": "12A"}
    case.complete("cancel")
    assert case.ended


def test_each_instance_of_a_loop_is_undone() -> None:
    text = """
        start s
        user book
        undo user cancel of book
        throw back compensate
        end e
        s -> book -> back -> e
    """
    loop = ext('<zeebe:loopCharacteristics inputCollection="=rooms" inputElement="room"/>')
    for sequential, first in (("false", ["cancel", "cancel"]), ("true", ["cancel"])):
        many = (
            f'<multiInstanceLoopCharacteristics isSequential="{sequential}">{loop}</multiInstanceLoopCharacteristics>'
        )
        case = Case(diagram(text, {"book": many}), {"rooms": ["a", "b"]})
        case.complete("book")
        case.complete("book")
        assert case.tasks == first
        case.complete("cancel")
        case.complete("cancel")
        assert case.ended


def test_a_compensation_event_subprocess_says_how_its_subprocess_is_undone() -> None:
    text = """
        start s
        sub trip {
        start i
        user book
        undo user cancel of book
        i -> book
        event undoing {
        start u compensate
        user tell
        throw rest compensate
        user told
        u -> tell -> rest -> told
        }
        }
        throw back compensate
        user after
        s -> trip -> back -> after
    """
    case = Case(diagram(text))
    case.complete("book")
    assert case.tasks == ["tell"]
    case.complete("tell")
    assert case.tasks == ["cancel"]
    case.complete("cancel")
    case.complete("told")
    assert case.tasks == ["after"]


def test_a_subprocess_with_a_handler_is_undone_by_it_and_not_from_the_inside() -> None:
    text = """
        start s
        sub trip {
        start i
        user book
        undo user cancel of book
        i -> book
        }
        undo user refund of trip
        throw back compensate
        s -> trip -> back
    """
    case = Case(diagram(text))
    case.complete("book")
    assert case.tasks == ["refund"]


def test_compensation_thrown_in_an_event_subprocess_undoes_the_scope_around_it() -> None:
    text = """
        start s
        user book
        undo user cancel of book
        user pay
        s -> book -> pay
        event failing {
        start f message failed
        throw back compensate
        f -> back
        }
    """
    case = Case(diagram(text))
    case.complete("book")
    case.message("failed")
    assert case.tasks == ["cancel"]
    case.complete("cancel")
    assert case.ended


def test_an_event_subprocess_undoes_what_completed_in_it_and_then_the_scope_around_it() -> None:
    text = """
        start s
        user book
        undo user cancel of book
        user pay
        s -> book -> pay
        event failing {
        start f message failed
        user notify
        undo user revoke of notify
        throw back compensate
        user after
        f -> notify -> back -> after
        }
    """
    for back, undone in (("compensate", ["revoke", "cancel"]), ("compensate notify", ["revoke"])):
        case = Case(diagram(text.replace("throw back compensate", f"throw back {back}")))
        case.complete("book")
        case.message("failed")
        case.complete("notify")
        for handler in undone:
            assert case.tasks == [handler]
            case.complete(handler)
        assert case.tasks == ["after"]


TRANSACTION = """
    start s
    tx trip {
    start i
    and f
    user book
    undo user cancel of book
    user pay
    user wait
    end no cancel
    i -> f -> book -> pay -> no
    f -> wait
    }
    cancel off on trip
    user after
    user sorry
    s -> trip -> after
    off -> sorry
"""


def test_a_cancelled_transaction_stops_undoes_and_leaves_by_its_boundary() -> None:
    case = Case(diagram(TRANSACTION))
    case.complete("book")
    case.complete("pay")
    assert case.tasks == ["cancel"], "what waited in it is stopped"
    case.complete("cancel")
    assert case.tasks == ["sorry"]


def test_a_transaction_that_is_not_cancelled_goes_on() -> None:
    text = TRANSACTION.replace("end no cancel", "end no")
    case = Case(diagram(text))
    for task in ("book", "pay", "wait"):
        case.complete(task)
    assert case.tasks == ["after"]


def test_a_cancel_without_a_boundary_is_an_incident_and_no_silence() -> None:
    case = Case(diagram(TRANSACTION.replace("cancel off on trip", "message off on trip told")))
    case.complete("book")
    case.complete("pay")
    assert [each.code for each in case.view.incidents] == ["no-cancel-boundary"]


def test_a_transaction_that_loops_is_cancelled_and_undone_as_a_whole() -> None:
    for sequential in ("false", "true"):
        many = (
            f'<multiInstanceLoopCharacteristics isSequential="{sequential}">'
            "<loopCardinality>3</loopCardinality></multiInstanceLoopCharacteristics>"
        )
        text = TRANSACTION.replace("end no cancel", "end no cancel\nxor x\nend yes").replace("f -> wait", "")
        text = text.replace("user wait", "").replace("pay -> no", "pay -> x\nx -> no if bad\nx -> yes default")
        case = Case(diagram(text, {"trip": many}), {"bad": False})
        for task in ("book", "pay", "book"):  # the first instance has completed, the second is under way
            case.complete(task)
        case.complete("pay", bad=True)
        assert case.tasks == ["cancel"], "the other instances are stopped"
        case.complete("cancel")
        assert case.tasks == ["cancel"], "what another instance has completed is undone too"
        case.complete("cancel")
        assert case.tasks == ["sorry"]


def test_an_error_leaves_a_transaction_without_undoing() -> None:
    text = TRANSACTION.replace("end no cancel", "end no error broke").replace("cancel off on", "error off on")
    case = Case(diagram(text))
    case.complete("book")
    case.complete("pay")
    assert case.tasks == ["sorry"]


def test_a_handler_that_is_interrupted_leaves_nothing_behind() -> None:
    text = """
        start s
        sub all {
        start i
        user book
        undo user cancel of book
        throw back compensate
        i -> book -> back
        }
        message stop on all stopped
        user after
        s -> all
        stop -> after
    """
    case = Case(diagram(text))
    case.complete("book")
    case.message("stopped")
    assert case.tasks == ["after"]
    case.complete("after")
    assert case.ended
