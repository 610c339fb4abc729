namespace DetrPerfLab.Core;

public static partial class LabError
{
    /// <summary>A model whose inputs and outputs belong to no known family of detectors.</summary>
    public static LabException UnknownDetectorInterface(IEnumerable<TensorSpec> inputs, IEnumerable<TensorSpec> outputs, IEnumerable<string> known) =>
        BadInput($"The model is no detector known here. Found inputs {string.Join("; ", inputs)}, outputs {string.Join("; ", outputs)}. "
            + $"Known: {string.Join(" | ", known)}. Export it with one of these interfaces.");

    /// <summary>A folder without images.</summary>
    public static LabException NoImages(string folder, IEnumerable<string> extensions) =>
        BadInput($"Folder '{folder}' holds no images, needed files named {string.Join(", ", extensions.Select(e => $"*{e}"))}. Name another folder, or the files.");

    /// <summary>A dataset that lists images which are not there.</summary>
    public static LabException DatasetImagesMissing(string folder, int listed, int missing, string? first) =>
        BadInput(first is null
            ? $"'{folder}/instances.json' lists no images. Name a dataset that has some."
            : $"{missing} of the {listed} images that '{folder}/instances.json' lists are missing, the first is '{first}'. Fetch them, or take them out of the list.");

    /// <summary>An image that was turned or resized after it was labelled.</summary>
    public static LabException DatasetSizeMismatch(string path, ImageSize found, ImageSize needed) =>
        BadInput($"Image '{path}' has {found} pixels (height x width) when upright, its labels were made for {needed}. Use the images that belong to the labels.");

    /// <summary>A model file for another engine.</summary>
    public static LabException EngineCannotRunFile(string engine, string path, string needed) =>
        BadInput($"Engine '{engine}' cannot run the file '{path}', needed engine '{needed}'. Leave out --engine or say: --engine {needed}");
}
