package io.storegrid.compute.model;

import static io.storegrid.compute.model.World.at;
import static io.storegrid.compute.model.World.put;

import org.jspecify.annotations.Nullable;

/** Primary and backup copies of stock rows, the messages to them, and the healer. Nothing happens where a scenario has no copies. */
final class Grid {

    private final Scenario scenario;
    private final @Nullable Ablation ablation;
    private final Witness witness;

    Grid(Scenario scenario, @Nullable Ablation ablation, Witness witness) {
        this.scenario = scenario;
        this.ablation = ablation;
        this.witness = witness;
    }

    void messages(byte[] state, Witness.Sink sink) {
        for (int sku = 0; sku < scenario.skus() && scenario.grid(); sku++) {
            messages(state, sku, sink);
        }
    }

    /** A node is gone: the copies that are left are copied. SKU 0 is at home at owner 0, SKU 1 at owner 1. */
    void lose(byte[] state, int lane) {
        for (int sku = 0; sku < scenario.skus() && scenario.grid(); sku++) {
            int left = at(state, World.grid(sku, sku == lane ? World.BACKUP : World.PRIMARY));
            put(state, World.grid(sku, World.PRIMARY), left);
            put(state, World.grid(sku, World.BACKUP), left);
            mark(state, sku);
        }
    }

    /** Whether nothing is on its way to a copy, and none has to be looked after. */
    boolean atRest(byte[] state) {
        for (int sku = 0; sku < scenario.skus(); sku++) {
            for (int field = World.TO_PRIMARY; field <= World.HEALING; field++) {
                if (at(state, World.grid(sku, field)) != 0) {
                    return false;
                }
            }
        }
        return true;
    }

    private void messages(byte[] state, int sku, Witness.Sink sink) {
        for (int version = 1; version <= World.VERSIONS_MAX; version++) {
            int bit = 1 << (version - 1);
            for (boolean primary : new boolean[] {true, false}) {
                int way = World.grid(sku, primary ? World.TO_PRIMARY : World.TO_BACKUP);
                if ((at(state, way) & bit) == 0) {
                    continue;
                }
                String name = witness.narrating() ? Words.message(sku, version, primary) : "";
                byte[] repeated = state.clone();
                arrive(
                        repeated,
                        sku,
                        version,
                        primary,
                        ablation == Ablation.LAST_WRITE_WINS || takes(state, sku, version, primary, false));
                byte[] delivered = repeated.clone();
                put(delivered, way, at(delivered, way) & ~bit);
                Breach seen = witness.breach();
                witness.emit(sink, delivered, false, witness.say(name, " arrives"));
                if (seen != null) {
                    witness.breach(seen);
                }
                witness.emit(sink, repeated, true, witness.say(name, " arrives, and will again"));
                byte[] lost = state.clone();
                put(lost, way, at(lost, way) & ~bit);
                mark(lost, sku);
                witness.emit(sink, lost, true, witness.say(name, " is lost"));
            }
        }
        int healing = at(state, World.grid(sku, World.HEALING));
        if (healing != 0) {
            byte[] next = state.clone();
            for (boolean primary : new boolean[] {true, false}) {
                if (takes(state, sku, healing, primary, true)) {
                    witness.saw(Event.HEALED);
                    show(next, sku, healing, primary);
                }
            }
            put(next, World.grid(sku, World.HEALING), 0);
            witness.emit(
                    sink,
                    next,
                    false,
                    witness.narrating() ? "the healer applies " + Decisions.skuName(sku) + " v" + healing : "");
        } else if (at(state, World.grid(sku, World.DIRTY)) != 0) {
            byte[] next = state.clone();
            put(next, World.grid(sku, World.DIRTY), 0);
            put(next, World.grid(sku, World.HEALING), at(next, World.stock(sku, World.VERSION)));
            witness.emit(sink, next, false, witness.narrating() ? "the healer reads " + Decisions.skuName(sku) : "");
        }
    }

    private void arrive(byte[] state, int sku, int version, boolean primary, boolean taken) {
        if (!taken) {
            witness.saw(Event.LATE_MESSAGE);
        } else {
            show(state, sku, version, primary);
            if (primary) {
                int way = World.grid(sku, World.TO_BACKUP);
                put(state, way, at(state, way) | 1 << (version - 1));
            }
        }
    }

    private void show(byte[] state, int sku, int version, boolean primary) {
        int copy = World.grid(sku, primary ? World.PRIMARY : World.BACKUP);
        if (version < at(state, copy)) {
            witness.breach(Breach.COPY_WENT_BACK);
        }
        put(state, copy, version);
    }

    private static boolean takes(byte[] state, int sku, int version, boolean primary, boolean everyCopy) {
        int shown = at(state, World.grid(sku, primary ? World.PRIMARY : World.BACKUP));
        return (everyCopy ? NewestWins.HEALED : NewestWins.APPLIED)[shown][version];
    }

    /** Marks the entries of rows that a transaction of unknown outcome may have changed. */
    void doubt(byte[] state, DecidedBatch plan) {
        for (int sku = 0; sku < scenario.skus() && scenario.grid(); sku++) {
            if (plan.changes(sku)) {
                mark(state, sku);
            }
        }
    }

    private void mark(byte[] state, int sku) {
        if (ablation != Ablation.NO_HEAL) {
            put(state, World.grid(sku, World.DIRTY), 1);
        }
    }

    /** Sends what a row became to its primary. */
    static void send(byte[] state, int sku, int version) {
        int field = World.grid(sku, World.TO_PRIMARY);
        put(state, field, at(state, field) | 1 << (version - 1));
    }
}
