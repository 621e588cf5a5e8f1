public import ArgumentParser
public import Datasets
import Foundation
import Service
import Signals
import SleepRecognition

extension JoinedDatasets.EqualNames: ExpressibleByArgument {}

/// `ssrm data join`: several datasets of one kind of samples as one.
struct JoinCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "join",
        abstract: "Make one dataset of several of the same kind: unlabelled nights and labelled ones, say.",
        discussion: """
            The datasets' samples must have the same shape, the same values in the same order and the same units, and \
            their labels, where there are any, the same vocabulary. The samples are copied as they are, in the order of \
            the files. The new file keeps each one's name, digest and recordings; `ssrm data inspect` shows them.

            Pressure maps of several mats differ in rows, columns, what a mat reads without a load, and where the feet are. \
            With --prepare every map is prepared as the preset says, which makes them alike, and the new file keeps how: \
            what was trained with that preparation takes it and maps as they were.

            A name that stands in several of the files is refused until --equal-names says whose it is: people who count \
            as two would stand on both sides of a division by subjects.

            Example:
              ssrm data join labelled.safetensors unlabelled.safetensors \\
                --out all.safetensors
              ssrm data join pmd1.safetensors pmd2.safetensors --prepare posture \\
                --equal-names many-people --without-labels --out maps.safetensors
            """)

    @Argument(help: "The dataset files, made by `ssrm data`; two or more, or one with --prepare.", completion: .file())
    var files: [String]

    @Option(
        name: .long,
        help: """
            What a subject's name says that stands in several files: one-person, or many-people, who are then given their \
            file's name too.
            """)
    var equalNames: JoinedDatasets.EqualNames?

    @Flag(name: .long, help: "Leave all labels out, so that files with labels of different kinds can be joined.")
    var withoutLabels = false

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Prepare the samples as this preset does, so that maps of several mats can be joined.", valueName: "preset"),
        completion: .list(Preset.names))
    var prepare: String?

    @OptionGroup var output: DatasetOutput

    func validate() throws {
        guard files.count > 1 || prepare != nil else { throw ValidationError("name two files or more to be joined") }
    }

    func run() throws {
        try requireWritable([output.out], inputs: files)
        let preparation = try prepare.map { name in
            let preparation = try NamedSettings(preset: name).values.upstream.preparation
            guard preparation.readsFrame else {
                throw ProgramError(
                    "--prepare \(name): its preparation, \(preparation.kind), makes no maps alike; it is done whenever "
                        + "samples are read, so leave --prepare out")
            }
            return preparation
        }
        try output.write(
            JoinedDatasets(
                try files.map { try Dataset(opening: $0) }, equalNames: equalNames, withoutLabels: withoutLabels,
                preparation: preparation, threads: Processors.count))
    }
}
