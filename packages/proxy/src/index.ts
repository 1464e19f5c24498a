export { createProxy, type Proxy, type ProxyComponents } from './proxy.ts';
export { type OnReady, type ProxyServerComponents, runProxy } from './server.ts';
export { defaultProxySettings, type ProxySettings } from './settings.ts';
