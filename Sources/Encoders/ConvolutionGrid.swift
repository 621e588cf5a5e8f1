import Numerics

/// Images of several channels, each with a border of zeros as wide as a kernel reaches beyond its middle.
struct ConvolutionGrid {
    /// Values from one row to the next, and from one image to the next.
    let row, image: Int
    private let border: Int
    private let block: FloatBlock

    /// Zeros for `images` images of `rows` x `columns` pixels, under kernels of `kernel` x `kernel`.
    init(images: Int, rows: Int, columns: Int, channels: Int, kernel: Int) {
        row = (columns + kernel - 1) * channels
        image = (rows + kernel - 1) * row
        border = kernel / 2 * (row + channels)
        block = FloatBlock(count: images * image)
    }

    /// An image with its border.
    func bordered(_ index: Int) -> UnsafePointer<Float> { UnsafePointer(block.base + index * image) }

    /// An image's first pixel.
    func inside(_ index: Int) -> UnsafeMutablePointer<Float> { block.base + index * image + border }
}
