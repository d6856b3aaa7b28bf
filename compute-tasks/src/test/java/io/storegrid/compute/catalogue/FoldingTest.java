package io.storegrid.compute.catalogue;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class FoldingTest {

    @ParameterizedTest(name = "{0} is found as {1}")
    @CsvSource({
        "Maçã, maca",
        "AÇÚCAR, acucar",
        "pão de ló, pao de lo",
        "Kit 12, kit 12",
        "nº 5, no 5",
        "coração, coracao"
    })
    void foldsCaseAndAccents(String typed, String folded) {
        assertEquals(folded, Folding.fold(typed));
    }

    @Test
    void splitsIntoWords() {
        assertEquals(List.of("forma", "de", "coracao"), Folding.words("  Forma de\tCoração "));
        assertEquals(List.of(), Folding.words(" \n "));
    }
}
