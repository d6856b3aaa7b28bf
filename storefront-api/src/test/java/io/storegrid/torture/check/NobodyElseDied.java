package io.storegrid.torture.check;

import io.storegrid.torture.history.History;

/** No process ended that the harness did not end, and no log has a line that no node may write. */
final class NobodyElseDied implements Checker {

    @Override
    public String name() {
        return "no process ended by itself";
    }

    @Override
    public boolean needsEnd() {
        return false;
    }

    @Override
    public void check(Books books, Findings findings) {
        for (History.ProcessRun process : books.history().processes()) {
            findings.require(
                    process.endedMicros() == 0 || process.killed(),
                    "{} [pid {}] ended by itself at {} with exit code {}",
                    process.name(),
                    process.pid(),
                    process.endedMicros(),
                    process.exitCode());
            for (String alarm : process.alarms()) {
                findings.violation("{} [pid {}] gave an alarm: {}", process.name(), process.pid(), alarm);
            }
        }
    }
}
