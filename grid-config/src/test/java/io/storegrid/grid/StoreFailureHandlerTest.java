package io.storegrid.grid;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import javax.cache.integration.CacheLoaderException;
import org.apache.ignite.IgniteException;
import org.apache.ignite.failure.FailureContext;
import org.apache.ignite.failure.FailureType;
import org.apache.ignite.internal.IgniteKernal;
import org.junit.jupiter.api.Test;

class StoreFailureHandlerTest {

    private final List<String> ends = new ArrayList<>();
    private final StoreFailureHandler handler = new StoreFailureHandler(ends::add);

    @Test
    void staysWhenTheStoreFails() {
        for (Throwable error : List.of(
                new IgniteException("recovery", new CacheLoaderException("away")),
                new IgniteException("recovery", new RuntimeException(new SQLException("away"))))) {
            assertFalse(handler.onFailure(new IgniteKernal(), new FailureContext(FailureType.CRITICAL_ERROR, error)));
        }
        assertEquals(List.of(), ends);
    }

    @Test
    void leavesWhenTheGridLeftItOrTheNodeIsBroken() {
        assertTrue(handler.onFailure(
                new IgniteKernal(), new FailureContext(FailureType.SEGMENTATION, new IgniteException("cut off"))));
        assertTrue(handler.onFailure(
                new IgniteKernal(), new FailureContext(FailureType.CRITICAL_ERROR, new OutOfMemoryError())));
        assertEquals(2, ends.size());
    }

    @Test
    void saysInPlainWordsThatTheOthersDroppedIt() {
        handler.onFailure(new IgniteKernal(), new FailureContext(FailureType.SEGMENTATION, null));
        assertEquals(1, ends.size());
        assertTrue(ends.get(0).startsWith("the other nodes dropped this one"), ends::toString);
    }
}
