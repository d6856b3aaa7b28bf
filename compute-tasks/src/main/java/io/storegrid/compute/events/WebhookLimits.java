package io.storegrid.compute.events;

import io.storegrid.compute.gateway.WebhookCalls;
import java.time.Duration;

/**
 * How webhooks are told.
 *
 * @param backoffMin before the second attempt
 * @param backoffMax between attempts, however many failed
 * @param disableAfter of uninterrupted failures nothing is sent any more; events are kept for longer than that
 * @param lease how long a node may tell a webhook before another may; longer than {@code turn} and one call
 * @param turn how long a webhook is told before its progress is written and the next one has its turn
 * @param lookEvery between looks for what is due while there are webhooks
 * @param lookIdle between looks for webhooks while there are none
 * @param workers webhooks that one node tells at once
 */
public record WebhookLimits(
        Duration backoffMin,
        Duration backoffMax,
        Duration disableAfter,
        Duration lease,
        Duration turn,
        Duration lookEvery,
        Duration lookIdle,
        int workers) {

    public static final WebhookLimits DEFAULT = new WebhookLimits(
            Duration.ofSeconds(1),
            Duration.ofHours(1),
            Duration.ofDays(1),
            Duration.ofSeconds(30),
            Duration.ofSeconds(5),
            Duration.ofMillis(250),
            Duration.ofSeconds(5),
            8);

    public WebhookLimits {
        if (lease.minus(turn).toMillis() <= WebhookCalls.CALL_MAX_MS) {
            throw new IllegalArgumentException("a lease must outlive a turn and a call: " + lease);
        }
    }

    /**
     * Milliseconds until the next attempt: doubled with every failure, and of that a part by chance, so that webhooks that
     * failed together do not come back together.
     *
     * @param failures in a row, from 1
     * @param chance 0 (included) to 1 (excluded)
     */
    public long againMs(int failures, double chance) {
        int doublings = Math.min(failures - 1, 40);
        long min = backoffMin.toMillis();
        long most = backoffMax.toMillis();
        long full = min > (most >> doublings) ? most : min << doublings;
        return full / 2 + (long) (chance * (full - full / 2 + 1));
    }
}
