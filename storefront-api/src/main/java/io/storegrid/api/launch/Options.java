package io.storegrid.api.launch;

import io.storegrid.grid.Setting;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** The command line and the environment of a node, read into texts; what the texts mean is the grid module's business. */
final class Options {

    /** What the command line asks for: help, or a node with these settings. */
    record Request(boolean help, Map<Setting, String> values) {}

    private static final int HELP_WIDTH = 110;

    private Options() {}

    /**
     * Reads both; an option wins over a variable.
     *
     * @throws ParameterException for an option that does not exist, is given twice or lacks its value
     */
    static Request read(List<String> arguments, Map<String, String> environment) {
        ParseResult parsed = commandLine().parseArgs(arguments.toArray(new String[0]));
        if (parsed.isUsageHelpRequested()) {
            return new Request(true, Map.of());
        }
        Map<Setting, String> values = new EnumMap<>(Setting.class);
        for (Setting setting : Setting.values()) {
            String variable = environment.get(setting.variable());
            if (variable != null) {
                values.put(setting, variable);
            }
            if (parsed.hasMatchedOption(setting.option())) {
                values.put(setting, parsed.matchedOptionValue(setting.option(), ""));
            }
        }
        return new Request(false, values);
    }

    /** What {@code --help} prints. */
    static String help() {
        return commandLine().getUsageMessage(CommandLine.Help.Ansi.OFF);
    }

    /** Variables that look like ours and mean nothing, sorted; a spelling mistake would go unnoticed otherwise. */
    static List<String> unknownVariables(Map<String, String> environment) {
        List<String> known =
                Arrays.stream(Setting.values()).map(Setting::variable).toList();
        return environment.keySet().stream()
                .filter(name -> name.startsWith(Setting.ENVIRONMENT_PREFIX) && !known.contains(name))
                .sorted()
                .toList();
    }

    private static CommandLine commandLine() {
        CommandSpec spec = CommandSpec.create().name("java -jar storefront-api.jar");
        spec.usageMessage()
                .width(HELP_WIDTH)
                .autoWidth(false)
                .sortOptions(false)
                .synopsisHeading("Usage: ")
                .customSynopsis("java -jar storefront-api.jar [option]…")
                .description("Starts one node of Storegrid, the store behind a storefront.%n")
                .footer(
                        "%nEach option can also be given as an environment variable: --http-port is STOREGRID_HTTP_PORT.");
        for (Setting setting : Setting.values()) {
            List<String> description = new ArrayList<>();
            description.add(setting.description().replace("%", "%%"));
            if (!setting.defaultText().isEmpty()) {
                description.add("Default: " + setting.defaultText());
            }
            OptionSpec.Builder option = OptionSpec.builder(setting.option())
                    .type(String.class)
                    .paramLabel("<" + setting.form() + ">")
                    .description(description.toArray(new String[0]));
            if (setting == Setting.INSECURE || setting == Setting.WEBHOOKS_ALLOW_PRIVATE) {
                // A switch: naming it is enough.
                option.arity("0..1").fallbackValue("true");
            } else {
                option.arity("1");
            }
            spec.addOption(option.build());
        }
        spec.addOption(OptionSpec.builder("--help", "-h")
                .usageHelp(true)
                .description("Prints this and ends.")
                .build());
        return new CommandLine(spec);
    }
}
