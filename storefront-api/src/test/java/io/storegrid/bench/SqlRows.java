package io.storegrid.bench;

import io.storegrid.domain.ReservationId;
import io.storegrid.domain.ReservationLine;
import io.storegrid.persistence.TestDatabase;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.OptionalLong;

/** What the baselines have in common: a database of their own with the product's schema, and the texts of its rows. */
final class SqlRows implements AutoCloseable {

    static final long TTL_SECONDS = 1_800;

    private final TestDatabase database = TestDatabase.create();

    TestDatabase database() {
        return database;
    }

    void stock(List<String> skus, long onHand) {
        try (Connection connection = database.connect();
                PreparedStatement stock = connection.prepareStatement(
                        "INSERT INTO inventory (sku, on_hand, reserved, version) SELECT s, ?, 0, 1 FROM unnest(?) AS t (s)")) {
            stock.setLong(1, onHand);
            stock.setObject(2, skus.toArray(new String[0]));
            stock.executeUpdate();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    Books books(OptionalLong grid) {
        try (Connection connection = database.connect()) {
            return Books.read(connection, grid);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    static String reservationId(Order order) {
        return ReservationId.of(0, order.entropy());
    }

    static byte[] fingerprint(Order order) {
        return order.key().getBytes(StandardCharsets.UTF_8);
    }

    /** What a repeated request would be answered with; of the form and size that the product stores. */
    static String body(String id, Order order, long nowMicros) {
        StringBuilder json = new StringBuilder(220)
                .append("{\"at\":")
                .append(nowMicros)
                .append(",\"reservation\":{\"id\":\"")
                .append(id)
                .append("\",\"state\":\"HELD\",\"createdAt\":")
                .append(nowMicros)
                .append(",\"expiresAt\":")
                .append(nowMicros + TTL_SECONDS * 1_000_000)
                .append(",\"version\":1,\"lines\":[");
        for (int i = 0; i < order.lines().size(); i++) {
            ReservationLine line = order.lines().get(i);
            json.append(i == 0 ? "" : ",")
                    .append("[\"")
                    .append(line.sku())
                    .append("\",")
                    .append(line.quantity())
                    .append(']');
        }
        return json.append("]}}").toString();
    }

    @Override
    public void close() {
        database.close();
    }
}
