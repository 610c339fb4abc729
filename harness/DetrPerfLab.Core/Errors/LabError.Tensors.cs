namespace DetrPerfLab.Core;

public static partial class LabError
{
    /// <summary>A model was run without one of its inputs or outputs.</summary>
    public static LabException TensorMissing(string engine, TensorSpec needed, IEnumerable<HostTensor> found) =>
        BadInput($"Engine '{engine}': there is no tensor '{needed.Name}', needed {needed}. Given: {string.Join("; ", found)}.");

    /// <summary>A tensor's type or shape does not fit the model.</summary>
    public static LabException TensorMismatch(string engine, HostTensor found, string needed) =>
        BadInput($"Engine '{engine}': tensor {found} does not fit, needed {needed}.");
}
