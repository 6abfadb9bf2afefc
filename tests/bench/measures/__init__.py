"""One file for each thing that is measured: ``measure(bench)`` gives figures, named by the file's word and a dot."""
