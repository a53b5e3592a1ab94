"""The host's side of the engine: find it, start it, follow it, stop it, find it again. Standard library only.

A host adapter is a form, this package, and a loader:

    engine = find_engine(asked)                      # find_engine.py    which program; EngineError says how to install
    run = start_run(job, engine)                     # engine_run.py     its own process, outlives the host
    while run.is_running:                            #                   nothing here waits: call it from a timer
        for event in run.poll(): ...                 #                   job.progress.ProgressEvent
    run.outcome.raise_if_failed()                    #                   one sentence, exit code, path, frame
    run.cancel()                                     #                   frames on disk are complete
    run = attach_run(job.out)                        #                   after the host crashed, or on another seat

Beside every output `shot/swap.%04d.exr` stands a folder `shot/swap.fsgan/` with the lock that lets one render at a time
write there, and one folder a run: its job file, its events (JSON lines), the engine's log, and the wish to cancel.
"""
