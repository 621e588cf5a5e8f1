import Coordination
import Foundation

extension LivePart {
    var section: PageSection {
        var blocks: [Block] = [.text(summary), .progress(done), .tiles(tiles)]
        if !machines.isEmpty { blocks.append(.table(machineTable)) }
        blocks.append(
            problems.isEmpty ? .note("Nothing went wrong since it was last started.") : .table(problemTable))
        if !launcher.isEmpty {
            blocks.append(.details("What the launcher said last", launcher.map { .note("\(name: $0)") }))
        }
        return PageSection(id: "now", heading: "Now", blocks: blocks)
    }

    private var summary: Prose {
        let since: Prose = (waitingSeconds ?? seconds).map { " for \(name: $0.asClock)" } ?? ""
        let place: Prose = endpoint.map { ", at \(name: $0)" } ?? ""
        let how: Prose =
            switch state {
            case .waiting: "It waits for workers\(since)\(place)."
            case .running: "It runs\(since)\(place)."
            case .finished:
                "All steps are done\(seconds.map { ", \(name: $0.asClock) after it was last started" } ?? "")."
            case .stopped: "It was stopped before its end; the same command with --resume goes on."
            case .failed:
                "It ended by a fault, the last of those below; once that is mended, the same command with --resume goes on."
            case .interrupted:
                "It was interrupted: its coordinator ended without a word; the same command with --resume goes on."
            case .unknown:
                """
                How it stands can't be told from here: nothing was written for a while, or a file can't be read. Look \
                on the machine where its coordinator runs.
                """
            }
        return "Step \(step) of \(steps) (\(percent: done)). \(how) \(name: time.dayAndTime) UTC."
    }

    private var tiles: [Tile] {
        var tiles = [Tile(name: "Step", value: "\(step)", beside: "of \(steps)")]
        let ofSteps = Prose(figureSteps.words)
        tiles += figures.prefix(3).map { Tile(name: $0.name, value: "\($0.value, 4)", beside: ofSteps) }
        if let rowsPerSecond { tiles.append(Tile(name: "Rows a second", value: "\(rowsPerSecond, 0)", beside: "")) }
        let places: Prose = "on \(machines.count) \(machines.count == 1 ? "machine" : "machines")"
        tiles.append(
            Tile(
                name: "Workers", value: "\(workers)",
                beside: machines.isEmpty ? "" : workers > 0 ? places : "now; \(places) at the end"))
        if let secondsLeft {
            tiles.append(
                Tile(name: "Left", value: "\(name: secondsLeft.asClock)", beside: "at this rate"))
        }
        if let checkpointStep, let checkpointAge {
            tiles.append(
                Tile(
                    name: "Checkpoint", value: "\(checkpointStep)",
                    beside: "its step, \(name: checkpointAge.asClock) ago"))
        }
        if let sentBytes, let receivedBytes {
            tiles.append(
                Tile(name: "Sent, bytes", value: "\(sentBytes)", beside: "\(receivedBytes) received, in messages"))
        }
        return tiles
    }

    private var machineTable: Table {
        Table(
            caption: workers > 0 ? "Who takes part" : "Who took part at the end",
            head: ["machine", "workers", "of the work", "computes", "exchanges", "", "processor"],
            rows: machines.map { machine in
                func part(_ value: Double?) -> Table.Cell { value.map { .number("\(percent: $0)") } ?? .none }
                return [
                    .text("\(name: machine.name)"), .number("\(machine.workers)"), part(machine.share),
                    part(machine.computing), part(machine.exchanging),
                    .bar([(style: "k0", part: machine.computing ?? 0), (style: "k1", part: machine.exchanging ?? 0)]),
                    .text("\(name: machine.processor)"),
                ]
            })
    }

    private var problemTable: Table {
        Table(
            caption: "What went wrong since it was last started", head: ["kind", "times", "last (UTC)", "what"],
            rows: problems.map { problem in
                [
                    .text("\(name: problem.kind)"), .number("\(problem.count)"),
                    .text("\(name: problem.time.dayAndTime)"),
                    .text("\(name: String(problem.text.prefix(300)))"),
                ]
            })
    }
}
