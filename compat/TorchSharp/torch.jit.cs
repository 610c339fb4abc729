using TorchSharp.Interop;

namespace TorchSharp;

public enum DeviceType
{
    CPU = 0,
}

public static partial class torch
{
    public static partial class nn
    {
        public abstract class Module : IDisposable
        {
            public abstract void Dispose();
        }
    }

    public static partial class jit
    {
        /// <summary>A TorchScript module.</summary>
        public class ScriptModule : nn.Module
        {
            internal ScriptModule(ScriptHandle handle) => Handle = handle;

            internal ScriptHandle Handle { get; }

            public int GetNumberOfInputs() => Handle.InputCount;

            public object forward(params object[] input) => Handle.Forward(input);

            public override void Dispose()
            {
                Handle.Dispose();
                GC.SuppressFinalize(this);
            }
        }

        public static ScriptModule load(string filename, DeviceType device_type = DeviceType.CPU, long device_index = -1) =>
            File.Exists(filename) ? new(ScriptHandle.Load(filename)) : throw new FileNotFoundException(filename);

        public static void save(ScriptModule module, string filename) => module.Handle.Save(filename);
    }
}
