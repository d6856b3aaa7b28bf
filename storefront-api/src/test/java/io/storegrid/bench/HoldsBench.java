package io.storegrid.bench;

import io.storegrid.compute.command.SetStock;
import io.storegrid.domain.InventoryItem;
import io.storegrid.domain.Limits;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Whether a SKU becomes dear by the holds that live on it: turns on a crowded one beside turns on empty ones. */
final class HoldsBench {

    private static final int HOLDS = 100_000;
    private static final long AMPLE = Limits.ON_HAND_MAX;
    private static final double LIMIT = 1.2;
    private static final int ROUNDS = 5;
    private static final String CROWDED = "BENCH-CROWDED";
    private static final String NONE_LEFT = "BENCH-NONE-LEFT";

    /** Reservations on one empty SKU; then the next one has its turn, so that they stay nearly empty. */
    private static final int EMPTY_FOR = 5_000;

    private static final int AT_64 = 40_000;
    private static final int AT_1 = 1_500;

    private final Report report;
    private int emptySkus;

    HoldsBench(Report report) {
        this.report = report;
    }

    void run() {
        report.section("One SKU with " + Report.shown(HOLDS) + " live holds and more, beside SKUs with none");
        report.head("callers", "SKU", "ops/s", "p50 µs", "JVM µs/op", "PostgreSQL µs/op", "CPU µs/op", "÷ empty");
        try (LaneContender lane = new LaneContender()) {
            Tally tally = new Tally(lane);
            lane.stock(List.of(CROWDED), AMPLE);
            lane.stock(List.of(NONE_LEFT), 0);
            tally.run(CROWDED, 256, HOLDS);
            compare(lane, tally, 64, AT_64);
            compare(lane, tally, 1, AT_1);
            sellOut(lane);
            tally.run(CROWDED, 64, AT_64);
            compareRefusals(tally, 64, AT_64);
            compareRefusals(tally, 1, AT_1);
            tally.check();
        }
    }

    private void compare(LaneContender lane, Tally tally, int callers, int operations) {
        List<Cost> crowded = new ArrayList<>();
        List<Cost> empty = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
            int skus = Math.max(1, operations / EMPTY_FOR);
            List<String> fresh = new ArrayList<>();
            for (int i = 0; i < skus; i++) {
                fresh.add("BENCH-EMPTY-" + emptySkus++);
            }
            lane.stock(fresh, AMPLE);
            empty.add(turn(tally, fresh, callers, operations));
            crowded.add(turn(tally, Collections.nCopies(skus, CROWDED), callers, operations));
        }
        rows(callers, "with " + Report.shown(HOLDS) + " holds", "empty", crowded, empty);
        report.atMost(
                "one SKU with " + Report.shown(HOLDS) + " live holds, " + callers
                        + (callers == 1 ? " caller" : " callers") + ": CPU/op vs an empty SKU",
                "×",
                LIMIT,
                Cost.ratio(crowded, empty, Cost::totalMicros));
    }

    /** For information: a refusal rests on a read that also sums what is due. */
    private void compareRefusals(Tally tally, int callers, int operations) {
        List<Cost> crowded = new ArrayList<>();
        List<Cost> empty = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
            empty.add(turn(tally, List.of(NONE_LEFT), callers, operations));
            crowded.add(turn(tally, List.of(CROWDED), callers, operations));
        }
        rows(callers, "refusing, with holds", "refusing, without", crowded, empty);
    }

    /** Lets the crowded SKU have as many units as are held. */
    private static void sellOut(LaneContender lane) {
        InventoryItem item =
                lane.store().runtime(0).reads().freshInventory(CROWDED).orElseThrow();
        lane.store().execute(new SetStock(null, CROWDED, item.reserved(), item.version(), "bench-sold-out"));
    }

    private static Cost turn(Tally tally, List<String> skus, int callers, int operations) {
        CpuSpan cpu = CpuSpan.here();
        List<Double> p50 = new ArrayList<>();
        long wallNanos = 0;
        for (String sku : skus) {
            cpu.begin();
            ClosedLoop.Run run = tally.run(sku, callers, operations / skus.size());
            cpu.end();
            p50.add(run.latencyMicros(0.5));
            wallNanos += run.wallNanos();
        }
        int done = operations / skus.size() * skus.size();
        return new Cost(
                done * 1e9 / wallNanos, Report.median(p50), 0, cpu.oursMicros() / done, cpu.databaseMicros() / done, 1);
    }

    private void rows(int callers, String crowdedName, String emptyName, List<Cost> crowded, List<Cost> empty) {
        row(callers, emptyName, empty, empty);
        row(callers, crowdedName, crowded, empty);
    }

    private void row(int callers, String name, List<Cost> costs, List<Cost> empty) {
        report.row(
                callers,
                name,
                Cost.median(costs, Cost::perSecond),
                Cost.median(costs, Cost::p50Micros),
                Cost.median(costs, Cost::jvmMicros),
                Cost.median(costs, Cost::databaseMicros),
                Cost.median(costs, Cost::totalMicros),
                Cost.ratio(costs, empty, Cost::totalMicros));
    }
}
