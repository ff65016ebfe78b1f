from __future__ import annotations

import signal

import pytest

from napari_rocks2net.samples import SampleError
from napari_rocks2net.training.process.failures import sentence_of, sentence_of_exit
from napari_rocks2net.training.runs.run_folder import RunFolder


@pytest.fixture
def folder(tmp_path):
    return RunFolder(tmp_path)


def test_our_own_errors_speak_for_themselves(folder):
    assert sentence_of(SampleError("Add samples."), folder) == "Add samples."


def test_what_to_do_depends_on_whether_an_epoch_is_kept(folder):
    assert "No epoch was finished" in sentence_of_exit(3, folder)
    folder.checkpoints.mkdir()
    folder.last_checkpoint.touch()
    assert "continue the run to go on from it" in sentence_of_exit(3, folder)


@pytest.mark.skipif(not hasattr(signal, "SIGSEGV"), reason="no such signal here")
def test_a_signal_is_named_and_the_last_words_given(folder):
    folder.log.write_text("Loading\nFatal Python error: Segmentation fault\n\n")
    sentence = sentence_of_exit(-signal.SIGSEGV, folder)
    assert "signal 11 (SIGSEGV): Fatal Python error: Segmentation fault." in sentence
    assert "signal 250:" in sentence_of_exit(-250, folder), "a number that has no name"


def test_memory_advice_holds_without_a_readable_configuration(folder):
    assert sentence_of(MemoryError(), folder) == (
        "Memory ran out during the training; start again with a smaller batch size or a smaller input size."
    )
    folder.config.write_text('{"size": 512, "batch_size": 2}')
    assert "at 512 px in batches of 2; start again with a smaller batch size or" in sentence_of(
        MemoryError(), folder
    )


def test_an_error_without_words_is_named(folder):
    assert "ZeroDivisionError: no reason given" in sentence_of(ZeroDivisionError(), folder)


def test_an_end_that_the_system_asks_for_is_no_fault(folder):
    assert "asked the training to end" in sentence_of(SystemExit(143), folder)
