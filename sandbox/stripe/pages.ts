import { Router } from 'express';
import type { World } from './world';
export function createPages(_world: World): Router {
  return Router();
}
