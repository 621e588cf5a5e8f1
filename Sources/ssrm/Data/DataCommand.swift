import ArgumentParser

/// `ssrm data`: recordings in their publisher's layout, or made up, to one dataset file.
struct DataCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "data",
        abstract: "Make a dataset file from recordings, or look into one.",
        discussion: """
            A dataset file holds samples with their subject, recording, position and label. It is in the safetensors \
            format, so Python's safetensors package opens it too. What a command leaves \
            out of the recordings, and what it is not sure of, it names and counts on standard error; what would change a label, a \
            person or a unit it refuses, with the option that settles it.

            Example:
              ssrm data pmd --root pmd --experiment ii --out pmd2.safetensors
              ssrm data inspect pmd2.safetensors
              ssrm data join labelled.safetensors unlabelled.safetensors \\
                --out all.safetensors
            """,
        subcommands: [
            PressureMapsCommand.self, SleepAccelCommand.self, SleepbrlCommand.self, SlpdbCommand.self,
            EDFCommand.self, TableCommand.self, SyntheticCommand.self, JoinCommand.self,
            InspectDatasetCommand.self,
        ])
}
