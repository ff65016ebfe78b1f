"""The undo stack takes changes back and makes them again, in their order."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from napari_rocks2net.undo_stack import UndoStack

ACTIONS = st.lists(st.one_of(st.integers(0, 9), st.sampled_from(["undo", "redo"])), max_size=40)


@given(ACTIONS, st.none() | st.integers(1, 3))
def test_undo_and_redo_walk_along_the_states(actions: list[int | str], most: int | None) -> None:
    stack: UndoStack[tuple[int, int]] = UndoStack(most)
    state, past, future = 0, [], []
    shown = [0]
    for action in actions:
        if action == "undo":
            stack.undo(lambda change: shown.append(change[0]))
            if past:
                future.append(state)
                state = past.pop()
        elif action == "redo":
            stack.redo(lambda change: shown.append(change[1]))
            if future:
                past.append(state)
                state = future.pop()
        else:
            stack.add((state, int(action)))
            shown.append(int(action))
            past = [*past, state][-(most or len(past) + 1) :]
            state, future = int(action), []
        assert shown[-1] == state
        assert (stack.done is not None, stack.undone is not None) == (bool(past), bool(future))


def test_a_change_that_cannot_be_taken_back_stays() -> None:
    stack: UndoStack[str] = UndoStack()
    stack.add("label")

    def fail(change: str) -> None:
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="full"):
        stack.undo(fail)
    assert (stack.done, stack.undone) == ("label", None)
