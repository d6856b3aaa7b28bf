package io.storegrid.compute.model;

/** The words of a trace. */
final class Words {

    private final Scenario scenario;

    Words(Scenario scenario) {
        this.scenario = scenario;
    }

    static String owner(int lane) {
        return "owner " + (lane + 1);
    }

    static String message(int sku, int version, boolean primary) {
        return "message " + Decisions.skuName(sku) + " v" + version + " to the " + (primary ? "primary" : "backup");
    }

    String op(int send) {
        int op = scenario.opOf(send);
        return "op " + op + " (" + scenario.op(op).kind() + ", send " + (send - scenario.firstSend(op) + 1) + ")";
    }

    String batch(byte[] state, int lane) {
        StringBuilder name = new StringBuilder("[");
        for (int place = 0; place < 2; place++) {
            int member = World.at(state, World.lane(lane, World.MEMBER + place));
            if (member != 0) {
                name.append(place == 0 ? "" : ", ")
                        .append(member >= World.EXPIRE ? "expire hold " + (member - World.EXPIRE) : op(member - 1));
            }
        }
        return name.append(']').toString();
    }

    static String answers(DecidedBatch plan) {
        StringBuilder words = new StringBuilder();
        for (int answer : plan.answers) {
            words.append(words.length() == 0 ? ", " : " and ")
                    .append(answer > 0 ? "answers " + Decisions.words(answer) : answer < 0 ? "defers" : "is done");
        }
        return words.toString();
    }
}
