using System.Text;

namespace DetrPerfLab.Core;

public static partial class LabError
{
    /// <summary>A file that is no image, or one of a kind that is not decoded.</summary>
    /// <param name="name">The file.</param>
    /// <param name="head">Its first bytes, to show what it is instead.</param>
    public static LabException ImageUnknownFormat(string name, ReadOnlySpan<byte> head)
    {
        var text = Encoding.ASCII.GetString(head[..Math.Min(12, head.Length)]);
        var shown = string.Concat(text.Select(c => char.IsControl(c) || c == '?' ? '.' : c));
        return BadInput(head.IsEmpty
            ? $"Image '{name}' is empty. Needed a JPEG or PNG file."
            : $"Image '{name}' begins with '{shown}', which is damaged or none of the formats that are read here: JPEG (8 bits, not lossless), PNG, WebP, BMP, GIF without transparency. Convert it to JPEG or PNG.");
    }

    /// <summary>An image that begins well and cannot be decoded to its end.</summary>
    public static LabException ImageDamaged(string name, string found) =>
        BadInput($"Image '{name}' could not be decoded: Skia says {found}. Fetch or export it again.");

    /// <summary>An image whose last bytes are missing.</summary>
    public static LabException ImageTruncated(string name) =>
        BadInput($"Image '{name}' is truncated: it ends without an end marker. Fetch or export it again.");

    /// <summary>An image whose header promises more pixels than are allowed; nothing was allocated for it.</summary>
    public static LabException ImageTooLarge(string name, ImageSize size, long maxPixels) =>
        BadInput($"Image '{name}' says it has {size.Width} x {size.Height} pixels, needed at most {maxPixels / 1_000_000} million. Scale it down first.");

    /// <summary>A file of more bytes than are read.</summary>
    public static LabException ImageFileTooLarge(string name, long maxBytes) =>
        BadInput($"Image '{name}' has more than {maxBytes >> 20} MiB, the most that is read. Scale it down or compress it.");

    /// <summary>A file that is there and cannot be read.</summary>
    public static LabException FileUnreadable(string path, Exception inner) =>
        BadInput($"File '{path}' cannot be read: {inner.Message}", inner);

    /// <summary>The decoder's native library is not installed.</summary>
    public static LabException ImageLibraryMissing(Exception inner) =>
        Missing($"The image library Skia cannot be loaded: {inner.Message.Split('\n')[0].TrimEnd('.')}. "
            + "Its package has builds for Windows, macOS and Linux on x64 and arm64: build on the machine that runs the lab, or with -r and its runtime identifier.", inner);
}
