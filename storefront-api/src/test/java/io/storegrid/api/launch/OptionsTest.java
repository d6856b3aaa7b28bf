package io.storegrid.api.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.storegrid.grid.Setting;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.ParameterException;

class OptionsTest {

    @ParameterizedTest
    @EnumSource(Setting.class)
    void readsEachFromOptionAndVariableAndTheOptionWins(Setting setting) {
        Map<String, String> environment = Map.of(setting.variable(), "of-environment");
        assertEquals(
                Map.of(setting, "of-environment"),
                Options.read(List.of(), environment).values());
        assertEquals(
                Map.of(setting, "of-option"),
                Options.read(List.of(setting.option() + "=of-option"), environment)
                        .values());
    }

    @ParameterizedTest
    @EnumSource(Setting.class)
    void helpNamesEach(Setting setting) {
        assertTrue(Options.help().contains(setting.option()));
        assertTrue(Options.help().replaceAll("\\s+", " ").contains(setting.description()));
        assertTrue(Options.help().contains(setting.defaultText()));
    }

    @Test
    void takesASwitchWithoutAValue() {
        assertEquals(
                Map.of(Setting.INSECURE, "true"),
                Options.read(List.of("--insecure"), Map.of()).values());
    }

    @Test
    void asksForHelp() {
        assertTrue(Options.read(List.of("--help"), Map.of()).help());
    }

    @ParameterizedTest
    @ValueSource(strings = {"--nope", "--http-port", "word", "--name=a --name=b", "-x"})
    void refuses(String arguments) {
        assertThrows(ParameterException.class, () -> Options.read(List.of(arguments.split(" ")), Map.of()));
    }

    @Test
    void noticesVariablesThatMeanNothing() {
        assertEquals(
                List.of("STOREGRID_HTP_PORT"),
                Options.unknownVariables(
                        Map.of("STOREGRID_HTP_PORT", "1", "STOREGRID_HTTP_PORT", "1", "PATH", "/bin")));
    }
}
