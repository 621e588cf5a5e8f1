import ArgumentParser

/// Whether recordings without labels are taken: the option of every reader that finds the labels itself.
struct UnlabelledOptions: ParsableArguments {
    @Flag(
        name: .customLong("unlabelled"),
        help: """
            Take recordings without labels, too, as pre-training can use them. Without this flag they are left out and counted.
            """)
    var areTaken = false
}
