import Foundation
import Mustache

/// The page's templates, and what goes into them.
struct PageTemplate: Sendable {
    private let library: MustacheLibrary

    /// Read once: that takes as long as making a page of them.
    static let shared = PageTemplate()

    /// The templates that are part of the program.
    private init() {
        var library = MustacheLibrary()
        let texts = [
            "page": PackageResources.page_mustache, "block": PackageResources.block_mustache,
            "live": PackageResources.live_mustache, "main": PackageResources.main_mustache,
        ]
        for (name, text) in texts {
            // A template that can't be read is a fault of the program, seen by the first test.
            do { try library.register(String(decoding: text, as: UTF8.self), named: name) } catch {
                preconditionFailure("template \(name): \(error)")
            }
        }
        self.library = library
    }

    /// A whole page.
    ///
    /// - Parameters:
    ///   - title: what it is of.
    ///   - notice: what has to be known before all else; nil where nothing has.
    ///   - sections: its parts, in order.
    ///   - end: what stands at its foot.
    /// - Returns: HTML that loads nothing.
    func page(title: String, notice: Prose? = nil, sections: [PageSection], end: Prose) -> String {
        let style = String(decoding: PackageResources.style_css, as: UTF8.self)
        let values: [String: Any] = [
            "title": ("\(name: title)" as Prose).html, "plainTitle": ("\(name: title)" as Prose).plain, "style": style,
            "end": end.html, "hasSeveral": sections.count > 1, "hasNotice": notice != nil, "notice": notice?.html ?? "",
            "sections": sections.map { section in
                [
                    "id": section.id, "heading": section.heading,
                    "blocks": section.blocks.map(render).joined(separator: "\n"),
                ] as [String: Any]
            },
        ]
        return library.render(values, withTemplate: "page") ?? ""
    }

    /// Parts of a page that changes, in pieces with names of their own, and all of them with their headings.
    func pieces(of sections: [PageSection]) -> (pieces: [(id: String, html: String)], main: String) {
        let pieces = sections.map { section in
            section.blocks.enumerated().map { (id: "\(section.id)-\($0)", html: render($1)) }
        }
        let values: [String: Any] = [
            "sections": zip(sections, pieces).map { section, own in
                [
                    "id": section.id, "heading": section.heading,
                    "pieces": own.map { ["id": $0.id, "html": $0.html] },
                ] as [String: Any]
            }
        ]
        return (pieces.flatMap(\.self), library.render(values, withTemplate: "main") ?? "")
    }

    /// A whole page that changes while it is looked at.
    func livePage(title: String, windowTitle: String, main: String, snapshot: String, end: Prose) -> String {
        let values: [String: Any] = [
            "title": ("\(name: title)" as Prose).html, "windowTitle": ("\(name: windowTitle)" as Prose).plain,
            "style": String(decoding: PackageResources.style_css, as: UTF8.self), "main": main, "snapshot": snapshot,
            "end": end.html,
        ]
        return library.render(values, withTemplate: "live") ?? ""
    }

    /// One block as HTML; blocks inside it come first, so that the template needs no recursion.
    private func render(_ block: Block) -> String {
        library.render(context(block), withTemplate: "block") ?? ""
    }

    private func context(_ block: Block) -> [String: Any] {
        switch block {
        case .text(let prose): ["text": prose.html]
        case .note(let prose): ["note": prose.html]
        case .heading(let prose): ["subheading": prose.html]
        case .progress(let part): ["progress": ["percent": Prose.fixed(100 * min(1, max(0, part)), 1)]]
        case .tiles(let tiles):
            [
                "tileList": [
                    "tiles": tiles.map { ["name": $0.name, "value": $0.value.html, "beside": $0.beside.html] }
                ]
            ]
        case .table(let table): ["table": context(table)]
        case .figure(let figure): ["figure": context(figure)]
        case .maps(let tiles):
            [
                "mapList": [
                    "maps": tiles.map { tile in
                        [
                            "address": tile.address, "description": tile.description,
                            "lines": tile.lines.filter { !$0.spans.isEmpty }.map(\.html),
                        ] as [String: Any]
                    }
                ]
            ]
        case .grid(let blocks): ["grid": ["cells": blocks.map(render)]]
        case .together(let blocks): ["together": ["blocks": blocks.map(render)]]
        case .details(let summary, let blocks):
            ["details": ["summary": summary.html, "blocks": blocks.map(render)] as [String: Any]]
        }
    }

    private func context(_ table: Table) -> [String: Any] {
        [
            "caption": table.caption.html, "label": table.caption.plain, "hasCaption": !table.caption.spans.isEmpty,
            "isMatrix": table.isMatrix,
            "isLarge": table.head.count > 9,
            "head": table.head.enumerated().map { column, name in
                ["name": name.html, "isNumber": Self.isNumber(table.rows.first, column)] as [String: Any]
            },
            "rows": table.rows.map { row in
                row.enumerated().map { Self.cell($1, leads: $0 == 0) }.joined()
            },
        ]
    }

    private static func isNumber(_ row: [Table.Cell]?, _ column: Int) -> Bool {
        guard let row, column < row.count else { return false }
        switch row[column] {
        case .number, .heat: return true
        case .text, .bar, .whisker, .none: return false
        }
    }

    /// A field; there may be many thousands, so that they are not the template's.
    private static func cell(_ cell: Table.Cell, leads: Bool) -> String {
        func percent(_ part: Double) -> String { Prose.fixed(100 * min(1, max(0, part)), 2).replacing("−", with: "-") }
        switch cell {
        case .text(let prose): return (leads ? "<th scope=row>" : "<td>") + prose.html
        case .number(let prose): return "<td class=n>\(prose.html)"
        case .heat(let prose, let shade):
            let level = Int((10 * min(1, max(0, shade))).rounded(.up))
            return "<td class=\"n heat h\(level)\">\(prose.html)"
        case .bar(let parts):
            let spans = parts.map { "<i class=\"\($0.style)\" style=\"width:\(percent($0.part))%\"></i>" }
            return "<td class=bar><span class=bar aria-hidden=true>\(spans.joined())</span>"
        case .whisker(let low, let value, let high):
            return """
                <td class=bar><span class=whisker aria-hidden=true><i style="left:\(percent(low))%;\
                width:\(percent(high - low))%"></i><b style="left:\(percent(value))%"></b></span>
                """
        case .none: return "<td>"
        }
    }

    private func context(_ figure: Figure) -> [String: Any] {
        var values: [String: Any] = [
            "caption": figure.caption.html, "axis": figure.axis, "hasAxis": !figure.axis.isEmpty,
            "hasLegend": !figure.legend.isEmpty,
            "legend": figure.legend.map { ["style": $0.style, "name": $0.name] },
            "panels": figure.panels.map(context),
        ]
        if let table = figure.table { values["numbers"] = render(.table(table)) }
        return values
    }

    private func context(_ panel: Panel) -> [String: Any] {
        func place(_ part: Double) -> String { Prose.fixed(100 * part, 1).replacing("−", with: "-") }
        return [
            "title": panel.title.html, "hasTitle": !panel.title.spans.isEmpty, "description": panel.description,
            "height": panel.height, "hasBelow": !panel.below.isEmpty,
            "left": panel.left.map { ["place": place($0.place), "text": $0.text] },
            // A number at the right end would reach beyond a narrow page.
            "below": panel.below.map {
                ["place": place($0.place), "text": $0.text, "isAtEnd": $0.place > 0.94] as [String: Any]
            },
            "marks": panel.marks.map { mark in
                let title = mark.title.map { "<title>\(Prose.escaped($0))</title>" } ?? ""
                return "<path class=\"\(mark.style)\" d=\"\(mark.path)\">\(title)</path>"
            }.joined(),
        ]
    }
}
